Feature: Putting conversations away
  Segment: Free
  Goal: retention
  Impact: people tidy up only where nothing can be lost by it, and leave a product that has become a heap

  Rule: What is archived is out of sight, and nothing of it is lost
    Value: the list stays short, and every word can be taken up again

    @TL-22.1 @severity.critical
    Scenario: What is archived leaves the list with every message
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      And she has written "Paper or card?" in "Boxes for spring"
      And she has written "Card, I think" in "Boxes for spring"
      When she marks "Boxes for spring" as archived
      Then her conversations come in this order: Something else
      And "Boxes for spring" has exactly these messages, and they are kept
        | message        |
        | Paper or card? |
        | Card, I think  |

    @TL-22.2
    Scenario: What is taken up again is as it was
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      And she has written "Paper or card?" in "Boxes for spring"
      And she has marked "Boxes for spring" as archived
      When she marks "Boxes for spring" as active
      Then her conversations come in this order: Boxes for spring; Something else
      And "Boxes for spring" has exactly these messages, and they are kept
        | message        |
        | Paper or card? |

  Rule: No agent works in what is archived
    Value: what has been put away stays as it is, and nothing is charged for it

    @TL-22.3 @needs.runs @needs.live @severity.critical
    Scenario: The agent is not asked in what is archived
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And the agent has answered "Card" when she asked "Paper or card?" in "Boxes for spring"
      And she has marked "Boxes for spring" as archived
      When she tries to ask the agent "And the lids?" in "Boxes for spring"
      Then she is told that it is archived
      And "Boxes for spring" has exactly these messages, and they are kept
        | message        |
        | Paper or card? |
        | Card           |
      And the agent was asked nothing but "Paper or card?"

    @TL-22.4 @needs.runs @needs.live
    Scenario: The agent answers again in what is taken up again
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has marked "Boxes for spring" as archived
      When she marks "Boxes for spring" as active
      And the agent answers "Card" when she asks "Paper or card?" in "Boxes for spring"
      Then "Boxes for spring" has exactly these messages, and they are kept
        | message        |
        | Paper or card? |
        | Card           |
