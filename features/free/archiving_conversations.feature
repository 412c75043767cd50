Feature: Archiving conversations
  Segment: Free
  Goal: retention
  Impact: customers tidy up only where they can lose nothing, and leave a product that they cannot keep in order

  Background:
    Given Fay has signed in on the Free plan
    And she has started a conversation called "Boxes for spring"
    And she has started a conversation called "Something else"

  Rule: An archived conversation leaves the list and keeps every message
    Value: the list stays short, and every conversation can be resumed

    @TL-22.1 @severity.critical
    Scenario: An archived conversation leaves the list with all its messages
      Given she has written "Paper or card?" in "Boxes for spring"
      And she has written "Card, I think" in "Boxes for spring"
      When she marks "Boxes for spring" as archived
      Then Fay finds exactly:
        | title          |
        | Something else |
      And "Boxes for spring" has:
        | status   | archived                      |
        | messages | Paper or card?; Card, I think |

    @TL-22.2
    Scenario: A resumed conversation is as it was
      Given she has written "Paper or card?" in "Boxes for spring"
      And she has marked "Boxes for spring" as archived
      When she marks "Boxes for spring" as active
      Then Fay finds exactly:
        | title            |
        | Boxes for spring |
        | Something else   |
      And "Boxes for spring" has:
        | status   | active         |
        | messages | Paper or card? |

  Rule: No agent works in an archived conversation
    Value: an archived conversation stays as it is, and costs nothing

    @TL-22.3 @needs.runs @needs.live @severity.critical
    Scenario: An agent is not asked in an archived conversation
      Given the assistant answers Fay with "Card"
      And she has asked the agent "Paper or card?" in "Boxes for spring"
      And she has marked "Boxes for spring" as archived
      When she tries to ask the agent "And the lids?" in "Boxes for spring"
      Then it is refused, because it is archived
      And "Boxes for spring" has:
        | messages | Paper or card?; Card |
      And the assistant was asked exactly:
        | question       |
        | Paper or card? |

    @TL-22.4 @needs.runs @needs.live
    Scenario: An agent answers again in a resumed conversation
      Given the assistant answers Fay with "Card"
      And she has marked "Boxes for spring" as archived
      When she marks "Boxes for spring" as active
      And she asks the agent "Paper or card?" in "Boxes for spring"
      Then "Boxes for spring" has:
        | messages | Paper or card?; Card |

    @TL-22.5 @needs.runs @needs.live @severity.critical
    Scenario: Archiving stops the agents in the conversation, and no others
      Given the assistant thinks before it answers Fay with "Card"
      And she has asked the agent "Paper or card?" in "Boxes for spring"
      And she has asked the agent "And the lids?" in "Boxes for spring"
      And she has asked the agent "Glue or tape?" in "Something else"
      And her phone is open
      When she marks "Boxes for spring" as archived
      And the assistant answers Fay
      Then her phone received exactly these events:
        | event          | of               | from   | to       |
        | agent stopped  | Boxes for spring |        |          |
        | agent stopped  | Boxes for spring |        |          |
        | status changed | Boxes for spring | active | archived |
        | message added  | Something else   |        |          |
        | agent answered | Something else   |        |          |
      And "Boxes for spring" has:
        | messages | Paper or card?; And the lids? |
      And "Something else" has:
        | messages | Glue or tape?; Card |
