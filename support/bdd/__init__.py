"""The pytest plugin: feature files collected directly, async steps, a closed tag vocabulary, value texts, guards."""
