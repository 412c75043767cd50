Feature: Erasing conversations
  Segment: Enterprise
  Goal: trust
  Impact: companies must be able to prove that data is gone; one copy left in a corner breaches the contract, and often the law

  Background:
    Given Enid has signed in on the Enterprise plan
    And her phone is open
    And she has started these conversations:
      | title                  | project  |
      | Board meeting          | Board    |
      | Plans for the takeover | Sandpipe |

  Rule: An erased conversation is gone from everywhere, and every open device is told
    Value: a company can keep its word to people who ask for their data to be removed

    @TL-23.1 @needs.metadata @needs.live @severity.blocker
    Scenario: Nothing anywhere mentions an erased conversation
      Given she has written a secret in "Plans for the takeover"
      And her laptop is open
      When she erases "Plans for the takeover"
      Then Enid cannot find or open "Plans for the takeover"
      And nothing about "Plans for the takeover" is left anywhere
      And each of Enid's devices received these events last:
        | event               | of                     |
        | conversation erased | Plans for the takeover |

    @TL-23.11 @needs.metadata @needs.live @needs.keyed @severity.critical
    Scenario: The key of an erased conversation gives nothing back
      Given Enid's requests have the key "plans 1"
      And she has started a conversation called "Plans for the merger"
      When she erases "Plans for the merger"
      And Enid tries to start a conversation called "Plans for the merger"
      Then it is refused, because there is no such conversation
      And nothing about "Plans for the merger" is left anywhere

    @TL-23.12 @needs.metadata @needs.live @policy.erasure_reaches.every_device @severity.critical
    Scenario: A device that was away learns of the erasure
      Given she has written a secret in "Plans for the takeover"
      When Enid's phone loses power
      And she erases "Plans for the takeover"
      And she writes "Friday" in "Board meeting"
      And Enid's phone comes back
      Then Enid's phone received these events last:
        | event               | of                     |
        | conversation erased | Plans for the takeover |
        | message added       | Board meeting          |
      And nothing about "Plans for the takeover" is left anywhere

  Rule: Everything that belongs to a conversation is erased with it, and nothing else
    Value: customers can rely on what is erased and on what stays

    @TL-24.1 @needs.metadata @needs.live @severity.critical
    Scenario: Everything else stays as it is, to the last byte
      Given Sam, a stranger, has signed in
      And he has started a conversation called "My own affairs"
      And Enid has asked the agent "When do we meet?" in "Board meeting"
      And Enid has asked the agent "Buy now?" in "Plans for the takeover"
      And Enid has written a secret in "Plans for the takeover"
      When Enid erases "Plans for the takeover"
      Then nothing about "Plans for the takeover" is left anywhere
      And nothing else has changed

    @TL-24.2 @needs.metadata @needs.live @needs.model
    Scenario: An agent at work is stopped before its conversation is erased
      Given the assistant thinks before it answers Enid with "Too late"
      And Enid has asked the agent "Buy now?" in "Plans for the takeover"
      When Enid erases "Plans for the takeover"
      Then the assistant was stopped before it answered Enid
      And Enid's phone received these events last:
        | event               | of                     |
        | agent stopped       | Plans for the takeover |
        | conversation erased | Plans for the takeover |
      And nothing about "Plans for the takeover" is left anywhere

    @TL-24.3 @needs.metadata @needs.live @needs.model
    Scenario: A waiting question is erased too, and an agent in another conversation works on
      Given the assistant thinks before it answers Enid with "In May"
      And Enid has asked the agent "Buy now?" in "Plans for the takeover"
      And Enid has asked the agent "Or wait until the mill is closed?" in "Plans for the takeover"
      And Enid has asked the agent "When do we meet?" in "Board meeting"
      When Enid erases "Plans for the takeover"
      And the assistant answers Enid
      Then Enid's phone received these events last:
        | event               | of                     |
        | message added       | Board meeting          |
        | agent started       | Board meeting          |
        | agent stopped       | Plans for the takeover |
        | agent stopped       | Plans for the takeover |
        | conversation erased | Plans for the takeover |
        | message added       | Board meeting          |
        | agent answered      | Board meeting          |
      And "Board meeting" has:
        | messages | When do we meet?; In May |
      And nothing about "Plans for the takeover" is left anywhere
