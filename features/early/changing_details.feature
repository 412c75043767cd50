Feature: Changing details
  Segment: Early
  Goal: expansion
  Impact: details that wander off when somebody else changes one are details that a team stops keeping

  Rule: A change touches what it names and nothing else
    Value: two tools can keep their own details with one conversation

    @TL-10.1 @needs.details @severity.critical
    Scenario: Changed, added and removed, with the rest as it was
      Given Ella has signed in on the Early plan
      And she has started a conversation called "Boxes for spring" with these details
        | detail            | kind   | value         |
        | project           | text   | Spring boxes  |
        | budget / amount   | number | 12500.75      |
        | budget / currency | text   | EUR           |
        | reviewer          | text   | Jo            |
        | tags              | list   | spring, paper |
      When she changes its details
        | detail          | kind    | value      |
        | budget / amount | number  | 9000       |
        | due             | text    | April      |
        | reviewer        | removed |            |
        | tags            | list    | rail, road |
      Then its details are now these
        | detail            | kind   | value        |
        | project           | text   | Spring boxes |
        | budget / amount   | number | 9000         |
        | budget / currency | text   | EUR          |
        | due               | text   | April        |
        | tags              | list   | rail, road   |
      And they are still these when she signs in again

    @TL-10.2 @needs.details @disruptive
    Scenario: Changed details outlast a restart of the product
      Given Ella has signed in on the Early plan
      And she has started a conversation called "Boxes for spring" with these details
        | detail            | kind   | value |
        | budget / currency | text   | GBP   |
      When she changes its details
        | detail            | kind | value |
        | budget / currency | text | EUR   |
        | due               | text | April |
      And the product is restarted
      Then its details are now these
        | detail            | kind | value |
        | budget / currency | text | EUR   |
        | due               | text | April |
      And they are still these when she signs in again
