"""How a kind of backend is reached: the contract in `driver.py`, and one implementation for each kind."""
