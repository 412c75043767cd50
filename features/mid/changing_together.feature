Feature: Changing one conversation together
  Segment: Mid
  Goal: expansion
  Impact: a team connects several tools only if no tool overwrites another's changes

  Background:
    Given Mia has signed in on the Mid plan
    And she has started a conversation called "Boxes for spring" with these details:
      | detail  | kind | value |
      | project | text | Paper |

  Rule: Changes made at the same moment are all saved
    Value: any number of tools can keep details with one conversation

    @TL-15.1 @needs.metadata @policy.version.rises @policy.details.merge @severity.critical
    Scenario: Twenty changes at the same moment
      When these are done at the same moment:
        | times | act                                                                 |
        | 20    | Mia adds a detail to "Boxes for spring", then opens "Boxes for spring" |
      Then the answers fit one order
      And "Boxes for spring" has every change that was confirmed

  Rule: A change made for an older version is refused
    Value: no work is lost unread, and the author of a late change knows it

    @TL-15.2 @needs.metadata @needs.versions @policy.version.rises @policy.details.merge @severity.critical
    Scenario: Ten tools change the same version
      When these are done at the same moment, in 5 rounds:
        | moment | times | act                                                               |
        | 1      | 10    | Mia opens "Boxes for spring"                                      |
        | 2      | 10    | Mia tries to change "Boxes for spring" unless it has changed since it was opened |
      Then the answers fit one order
      And in each round 1 of 10 succeeds, and the others learn the new version
      And "Boxes for spring" has every change that was confirmed

    @TL-15.11 @needs.metadata @needs.versions @policy.version.rises @severity.critical
    Scenario Outline: A late change of the <part>
      Given she has opened "Boxes for spring"
      And she has changed the details of "Boxes for spring":
        | detail | kind | value |
        | due    | text | April |
      When she tries to <change> unless it has changed since it was opened
      Then it is refused, because it is at version 2
      And "Boxes for spring" is unchanged

      Examples:
        | part    | change                    |
        | details | change "Boxes for spring" |

      @needs.status
      Examples:
        | part   | change                               |
        | status | mark "Boxes for spring" as completed |

      @needs.renaming
      Examples:
        | part  | change                                          |
        | title | rename "Boxes for spring" to "Boxes for autumn" |

    @TL-15.12 @needs.metadata @needs.status @needs.renaming @needs.versions
    Scenario: Changes of status and title in time
      Given she has opened "Boxes for spring"
      When she marks "Boxes for spring" as completed unless it has changed since it was opened
      And she opens "Boxes for spring"
      And she renames "Boxes for spring" to "Boxes for autumn" unless it has changed since it was opened
      Then "Boxes for autumn" has:
        | status | completed        |
        | title  | Boxes for autumn |
