Feature: Erasing conversations
  Segment: Enterprise
  Goal: trust
  Impact: companies must be able to prove that something is gone; one copy left in a forgotten corner is a breach of the contract, and often of the law

  Rule: What is erased is gone from everywhere, and everybody who looks at it is told
    Value: a company can keep its word to those who ask for their data to be removed

    @TL-23.1 @needs.live @severity.blocker
    Scenario: Nothing anywhere mentions what was erased
      Given Enid has signed in on the Enterprise plan
      And her phone is open
      And her laptop is open
      And she has started a conversation called "Plans for the takeover" with the detail "project"
      And she has written down a secret in "Plans for the takeover"
      When she erases "Plans for the takeover"
      Then for her "Plans for the takeover" is as if it had never existed
      And nothing that is kept anywhere mentions it, or the secret
      And her phone has told once that it was erased
      And her laptop has told once that it was erased

  Rule: With a conversation goes all that belongs to it, and nothing else
    Value: what is to go goes wholly, and what is to stay can be relied on to stay

    @TL-24.1 @needs.runs @needs.live @severity.critical
    Scenario: Everything else stays as it was, to the last byte
      Given Enid has signed in on the Enterprise plan
      And Sam, a stranger, has started a conversation called "My own affairs"
      And Enid has started a conversation called "Board meeting"
      And the agent has answered "In May" when she asked "When do we meet?" in "Board meeting"
      And she has started a conversation called "Plans for the takeover"
      And the agent has answered "Wait" when she asked "Buy now?" in "Plans for the takeover"
      And she has written down a secret in "Plans for the takeover"
      When she erases "Plans for the takeover"
      Then nothing that is kept anywhere mentions it, or the secret
      And nothing that the agent did in it is kept anywhere
      And all that belongs to her "Board meeting" is as it was, to the last byte
      And all that belongs to others is as it was, to the last byte

    @TL-24.2 @needs.runs @needs.live
    Scenario: An agent at work is stopped before its conversation is erased
      Given Enid has signed in on the Enterprise plan
      And her phone is open
      And she has started a conversation called "Plans for the takeover"
      And the agent is at work on her question "Buy now?" in "Plans for the takeover"
      When she erases "Plans for the takeover"
      Then the agent has been stopped in the middle of its answer
      And her phone has told that the agent was stopped, then that the conversation was erased, and nothing since
      And nothing that the agent did in it is kept anywhere
