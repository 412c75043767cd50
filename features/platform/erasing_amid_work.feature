Feature: Erasing in the middle of work
  Segment: Every plan
  Goal: stability
  Impact: what comes back after it was erased is a breach of trust that no apology mends

  Rule: What is erased stays erased, whoever is still at work in it
    Value: erasing works at any moment, without first sending everybody home

    @TL-25.1 @needs.runs @needs.live @severity.critical
    Scenario: Ten devices at work while conversations are erased
      Given Enid has signed in on the Enterprise plan
      And she has started 3 conversations
      And the agent takes its time before it answers her with "Too late"
      When 10 of her devices read, write and ask the agent in each of them, and it is erased in the middle of that
      And the agent answers once all are erased
      Then all that was answered fits one order of what was done
      And for Enid each of them is as if it had never existed
      And nothing that is kept anywhere mentions one of the 3
