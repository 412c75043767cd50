"""What a run says afterwards: outcomes, the ledger, Allure results, the report, and what a terminal shows."""
