"""The scripted model service: an OpenAI chat-completions server whose answers a scenario scripts."""
