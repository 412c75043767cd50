Feature: Rules for the status of conversations
  Segment: Mid
  Goal: expansion
  Impact: teams hand conversations over by their status, and trust it only if every change follows the rules

  Background:
    Given Mia has signed in on the Mid plan
    And she has started a conversation called "Boxes for spring"

  Rule: A status changes only as the rules allow, and a refusal names both statuses
    Value: the product enforces the team's rules, and nobody must check them

    @TL-13.1 @needs.status
    Scenario Outline: From <before> to <after>
      Given she has marked "Boxes for spring" as <before>
      When she marks "Boxes for spring" as <after>
      Then "Boxes for spring" has:
        | status | <after> |

      Examples:
        | before    | after     |
        | active    | completed |
        | active    | archived  |
        | completed | active    |
        | completed | archived  |
        | archived  | active    |

    @TL-13.2 @needs.status @needs.live @severity.critical
    Scenario: An archived conversation cannot be completed
      Given she has marked "Boxes for spring" as archived
      And her phone is open
      When she tries to mark "Boxes for spring" as completed
      Then it is refused, because an archived conversation cannot become completed
      And "Boxes for spring" is unchanged
      And her phone received nothing
