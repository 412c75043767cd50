"""The scripted model service: an OpenAI chat-completions server that says what a scenario tells it to say."""
