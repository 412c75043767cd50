Feature: Keeping details with a conversation
  Segment: Early
  Goal: expansion
  Impact: teams that sort their work by details of their own choice grow into the plan, and stay in it

  Rule: Details come back exactly as they were given
    Value: a team's tools read exactly what they wrote, and can build on it

    @TL-02.1 @needs.metadata @severity.critical
    Scenario: Details of every kind come back unchanged
      Given Ella has signed in on the Early plan
      When she starts a conversation called "Boxes for spring" with these details:
        | detail              | kind    | value                         |
        | project             | text    | Emballage – Verpackung – 包装 📦 |
        | article             | text    | 007                           |
        | quotes wanted       | number  | 3                             |
        | budget / amount     | number  | 12500.75                      |
        | budget / currency   | text    | EUR                           |
        | budget / approved   | yes/no  | no                            |
        | urgent              | yes/no  | yes                           |
        | reviewer            | nothing |                               |
        | note                | text    |                               |
        | tags                | list    | spring, paper, costs          |
        | places / north / by | list    | rail, road                    |
      And she signs in again
      Then "Boxes for spring" has:
        | details | as given |

    @TL-02.3 @needs.metadata
    Scenario: Details that are easily damaged come back unchanged
      Given Ella has signed in on the Early plan
      When she starts a conversation called "Boxes for spring" with these details:
        | detail             | kind  | value                        |
        | numbers / under    | named | 2^53 - 1                     |
        | numbers / at       | named | 2^53                         |
        | numbers / over     | named | 2^53 + 1                     |
        | numbers / below    | named | -2^53 - 1                    |
        | numbers / long     | named | a whole number of 30 digits  |
        | numbers / zero     | named | minus zero                   |
        | numbers / small    | named | a very small number          |
        | numbers / exact    | named | a number of 17 digits        |
        | numbers / largest  | named | the largest number           |
        | empty / text       | named | an empty text                |
        | empty / list       | named | an empty list                |
        | empty / group      | named | an empty group               |
        | lists / nothing    | named | nothing in a list            |
        | lists / empty      | named | empty lists in a list        |
        | lists / kinds      | named | yes, 1 and text in a list    |
        | places             | named | three levels                 |
        | names              | named | names like signs             |
        | texts / composed   | named | composed accents             |
        | texts / decomposed | named | decomposed accents           |
        | texts / emoji      | named | joined emoji                 |
        | texts / lines      | named | line breaks                  |
        | texts / spaces     | named | spaces at both ends          |
        | texts / quotes     | named | quotes and backslashes       |
        | texts / SQL        | named | text like a database command |
        | texts / JSON       | named | text like structured data    |
      And she signs in again
      Then "Boxes for spring" has:
        | details | as given |

    @TL-02.4 @needs.metadata @needs.titles
    Scenario Outline: Details up to the limit: <details>
      Given Ella has signed in on the Early plan
      When she starts a conversation with <details> as a detail
      And she signs in again
      Then the conversation has:
        | details | as given |

      Examples:
        | details             |
        | the deepest details |
        | the largest details |

  Rule: An exported conversation is the conversation that its owner reads
    Value: teams can keep, move and prove what they wrote

    @TL-02.11 @needs.metadata @needs.exports
    Scenario: An export has everything that is read
      Given Ella has signed in on the Early plan
      And she has started a conversation called "Boxes for spring" with these details:
        | detail          | kind   | value                         |
        | project         | text   | Emballage – Verpackung – 包装 📦 |
        | budget / amount | number | 12500.75                      |
        | urgent          | yes/no | yes                           |
        | tags            | list   | spring, paper                 |
      And she has written "Papier oder Karton? 紙か箱か" in "Boxes for spring"
      And she has written "Card, I think" in "Boxes for spring"
      When she exports "Boxes for spring"
      Then "Boxes for spring" has:
        | export | equal to what is read |

  Rule: Details come with the Early plan, and a refusal on the Free plan says so
    Value: customers who need details learn in one sentence which plan has them

    @TL-02.2 @needs.metadata @needs.plans
    Scenario: A refusal on the Free plan names the plan that has details
      Given Ella has signed in on the Early plan
      And Ella has started a conversation called "Boxes for spring" with these details:
        | detail  | kind | value |
        | project | text | Paper |
      And Fay has signed in on the Free plan
      When Fay tries to start a conversation called "Boxes for spring" with these details:
        | detail  | kind | value |
        | project | text | Paper |
      Then it is refused, because the Free plan does not include it and the Early plan does
      And Fay has exactly what she started
