Feature: Starting a conversation
  Segment: Free
  Goal: conversion
  Impact: people who get to a first answer in their first minute come back, and only they ever pay

  Rule: A conversation gets a short title that its owner will recognise
    Value: nobody has to name things to find them again

    @TL-01.1 @needs.titles @severity.critical
    Scenario: A first question becomes the title
      Given Fay has signed in on the Free plan
      And the assistant sums up her first question as "Packaging costs, spring savings"
      When she starts a conversation by asking "How can we lower what we spend on boxes by April?"
      Then the conversation is called "Packaging costs, spring savings"
      And the assistant was asked once, with her question
      And it is still there, with that title, when she signs in again
      And it is kept as hers, with her question in it

    @TL-01.2 @needs.titles
    Scenario: A rambling summary is cut to one short line
      Given Fay has signed in on the Free plan
      And the assistant sums up her first question in 3 long lines
      When she starts a conversation by asking "How can we lower what we spend on boxes by April?"
      Then the conversation has a title of one line, of at most 80 characters, that begins as the assistant put it
      And it is still there, with that title, when she signs in again

    @TL-01.3 @needs.titles
    Scenario: While the assistant is away, the question itself gives the title
      Given Fay has signed in on the Free plan
      And the assistant is away
      When she starts a conversation by asking "How can we lower what we spend on boxes by April, and what would our eleven suppliers in three countries say to that?"
      Then the conversation has a title of one line, of at most 80 characters, that begins like her question
      And it is kept as hers, with her question in it
