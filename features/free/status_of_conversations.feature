Feature: Completing and archiving conversations
  Segment: Free
  Goal: retention
  Impact: customers stop opening a list that only grows

  Background:
    Given Fay has signed in on the Free plan
    And she has started a conversation called "Boxes for spring"
    And she has started a conversation called "Something else"

  Rule: A conversation has the status that its owner gave it last, in every list
    Value: finished work is out of sight, and can be resumed

    @TL-09.1 @needs.status @severity.critical
    Scenario Outline: A conversation marked as <status> is in the list of that status and in no other
      When she marks "Boxes for spring" as <status>
      Then "Boxes for spring" has:
        | status | <status> |
      And "Something else" is unchanged

      Examples:
        | status    |
        | completed |
        | archived  |

    @TL-09.2 @needs.status
    Scenario: An archived conversation becomes active again
      Given she has marked "Boxes for spring" as archived
      When she marks "Boxes for spring" as active
      Then "Boxes for spring" has:
        | status | active |
      And "Something else" is unchanged
