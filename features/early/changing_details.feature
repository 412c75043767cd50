Feature: Changing details
  Segment: Early
  Goal: expansion
  Impact: a team stops keeping details that disappear when a colleague changes one of them

  Background:
    Given Ella has signed in on the Early plan
    And she has started a conversation called "Boxes for spring" with these details:
      | detail            | kind   | value         |
      | project           | text   | Spring boxes  |
      | budget / amount   | number | 12500.75      |
      | budget / currency | text   | EUR           |
      | reviewer          | text   | Jo            |
      | tags              | list   | spring, paper |

  Rule: A change touches the details that it names and no others
    Value: two tools can keep details with one conversation without harming each other

    @TL-10.1 @needs.metadata @policy.details.merge @severity.critical
    Scenario: Changed, added and removed details
      When she changes the details of "Boxes for spring":
        | detail          | kind    | value      |
        | budget / amount | number  | 9000       |
        | due             | text    | April      |
        | reviewer        | removed |            |
        | tags            | list    | rail, road |
      And she signs in again
      Then "Boxes for spring" has:
        | detail            | kind   | value        |
        | project           | text   | Spring boxes |
        | budget / amount   | number | 9000         |
        | budget / currency | text   | EUR          |
        | due               | text   | April        |
        | tags              | list   | rail, road   |

    @TL-10.2 @needs.metadata @needs.outages @policy.details.merge @disruptive
    Scenario: Changed details outlast a restart of the product
      When she changes the details of "Boxes for spring":
        | detail            | kind    | value |
        | budget / currency | text    | GBP   |
        | due               | text    | April |
        | reviewer          | removed |       |
      And the product is restarted
      Then "Boxes for spring" has:
        | detail            | kind   | value         |
        | project           | text   | Spring boxes  |
        | budget / amount   | number | 12500.75      |
        | budget / currency | text   | GBP           |
        | due               | text   | April         |
        | tags              | list   | spring, paper |
