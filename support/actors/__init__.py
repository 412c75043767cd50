"""What people can do and see. Actors know drivers, and nothing of paths, fields, codes or tables."""
