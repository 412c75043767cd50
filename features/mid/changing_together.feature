Feature: Changing one conversation together
  Segment: Mid
  Goal: expansion
  Impact: a team lets its tools work on one conversation only if none of them undoes what another has done

  Background:
    Given Mia has signed in on the Mid plan
    And she has started a conversation called "Boxes for spring" with these details:
      | detail  | kind | value |
      | project | text | Paper |

  Rule: Changes made at the same moment are all saved
    Value: any number of tools can keep details with one conversation

    @TL-15.1 @needs.details @severity.critical
    Scenario: Twenty changes at the same moment
      When these are done at the same moment:
        | times | act                                                                 |
        | 20    | Mia adds a detail to "Boxes for spring", then opens "Boxes for spring" |
      Then the answers fit one order
      And "Boxes for spring" is as the answers say

  Rule: A change on condition never overwrites what its author has not seen
    Value: no work is lost unread, and the author of a late change knows it

    @TL-15.2 @needs.details @severity.critical
    Scenario: Ten tools change what all of them have just seen
      When these are done at the same moment, 5 times over:
        | moment | times | act                                                               |
        | 1      | 10    | Mia opens "Boxes for spring"                                      |
        | 2      | 10    | Mia tries to change "Boxes for spring" only if it is as last seen |
      Then the answers fit one order
      And each time 1 of 10 is done, and the others are told the new version
      And "Boxes for spring" is as the answers say
