Feature: All or nothing
  Segment: Every plan
  Goal: stability
  Impact: half-made conversations show up as duplicates and riddles, and every one of them becomes a complaint

  Rule: A conversation that cannot be started whole is not started at all
    Value: after an error the same step can simply be taken again

    @TL-06.1 @severity.critical
    Scenario: A failure half-way leaves nothing behind
      Given Mia has signed in on the Mid plan
      And her phone is open
      And her messages cannot be stored for the moment
      When she tries to start a conversation by asking "Which box suits us best?"
      And her messages can be stored again
      And she starts a conversation by asking "Which box suits us best?"
      Then she was told the first time that it failed, and nothing else
      And she has exactly this one conversation, with her question in it
      And her phone has announced this conversation and no other
