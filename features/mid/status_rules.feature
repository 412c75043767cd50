Feature: Rules for marking conversations
  Segment: Mid
  Goal: expansion
  Impact: teams hand conversations on by their marks, and trust them only if the marks follow rules

  Rule: A mark can be changed only as the rules say, and whoever breaks them is told which marks they mean
    Value: a team's way of working is kept by the product, not by reminders

    @TL-13.1
    Scenario Outline: From <before> to <after>
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring"
      And she has marked "Boxes for spring" as <before>
      When she marks "Boxes for spring" as <after>
      Then "Boxes for spring" is <after> when she opens it again
      And "Boxes for spring" is kept as <after>

      Examples:
        | before    | after     |
        | active    | completed |
        | active    | archived  |
        | completed | active    |
        | completed | archived  |
        | archived  | active    |

    @TL-13.2 @severity.critical
    Scenario: What is archived cannot be completed
      Given Mia has signed in on the Mid plan
      And her phone is open
      And she has started a conversation called "Boxes for spring"
      And she has marked "Boxes for spring" as archived
      When she tries to mark "Boxes for spring" as completed
      Then she is told that it cannot go from archived to completed
      And "Boxes for spring" is archived when she opens it again
      And "Boxes for spring" is kept as archived
      And her phone has told of these changes and no others
        | from   | to       |
        | active | archived |
