Feature: Marking conversations
  Segment: Free
  Goal: retention
  Impact: a list that grows and never clears is a list that people stop opening

  Rule: A conversation is what its owner last marked it as, wherever they look
    Value: what is done is out of sight, and can be taken up again

    @TL-09.1 @severity.critical
    Scenario Outline: A conversation marked as <status> is found there and nowhere else
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      When she marks "Boxes for spring" as <status>
      Then "Boxes for spring" is <status> when she opens it again
      And "Boxes for spring" is listed among her <status> conversations, and among no others
      And "Boxes for spring" is kept as <status>

      Examples:
        | status    |
        | completed |
        | archived  |

    @TL-09.2
    Scenario: A conversation taken up again is active
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      When she marks "Boxes for spring" as archived
      And she marks "Boxes for spring" as active
      Then "Boxes for spring" is active when she opens it again
      And "Boxes for spring" is listed among her active conversations, and among no others
      And "Boxes for spring" is kept as active
