"""Acts and observations of people. Actors know drivers, but no paths, fields, status codes or tables."""
