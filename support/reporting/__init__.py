"""The results of a run: outcomes, the ledger, Allure results, the report, and the tables of the terminal."""
