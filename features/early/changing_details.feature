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

    @TL-10.3 @needs.metadata @policy.details.merge
    Scenario: Changed details that are easily damaged
      When she changes the details of "Boxes for spring":
        | detail            | kind    | value                     |
        | budget / amount   | named   | 2^53 + 1                  |
        | budget / currency | removed |                           |
        | budget / share    | named   | a very small number       |
        | project           | named   | decomposed accents        |
        | tags              | named   | nothing in a list         |
        | reviewer          | named   | an empty list             |
        | places            | named   | three levels              |
        | kinds             | named   | yes, 1 and text in a list |
        | note              | named   | quotes and backslashes    |
      And she signs in again
      Then "Boxes for spring" has:
        | detail          | kind  | value                     |
        | project         | named | decomposed accents        |
        | budget / amount | named | 2^53 + 1                  |
        | budget / share  | named | a very small number       |
        | tags            | named | nothing in a list         |
        | reviewer        | named | an empty list             |
        | places          | named | three levels              |
        | kinds           | named | yes, 1 and text in a list |
        | note            | named | quotes and backslashes    |

    @TL-10.4 @needs.metadata @needs.live
    Scenario Outline: A change with <value> as a detail is refused
      Given her phone is open
      When she tries to change the details of "Boxes for spring":
        | detail   | kind  | value   |
        | reviewer | text  | Kim     |
        | note     | named | <value> |
      Then it is refused, because the details are wrong
      And "Boxes for spring" is unchanged
      And her phone received nothing

      Examples:
        | value                       |
        | the first half of an emoji  |
        | the second half of an emoji |
        | a NUL character             |
        | a number out of range       |
        | details one level too deep  |
        | details one byte too large  |
