Feature: Searching conversations
  Segment: Early
  Goal: expansion
  Impact: an archive that can be searched is why a team stays after its first hundred conversations

  Rule: A search takes its words literally, and finds only the customer's own conversations
    Value: customers find in seconds what they once wrote

    Background:
      Given Sam, a stranger, has signed in
      And he has started a conversation called "100% recycled boxes"
      And Ella has signed in on the Early plan

    @TL-19.1 @needs.metadata @needs.search @needs.status @severity.critical
    Scenario Outline: Searching for <what>
      Given Ella has started these conversations:
        | title               | status    | project |
        | 100% recycled boxes | active    | spring  |
        | 1000 recycled boxes | completed | spring  |
        | Box_lids for Jo's   | active    | autumn  |
        | Box-lids for Jo     | active    | spring  |
        | Rail or road?       | archived  | spring  |
      When she searches for the words "<words>", the status "<status>" and the project "<project>"
      Then Ella finds exactly, in any order:
        | title   |
        | <found> |

      Examples:
        | what                    | words    | status    | project | found                                                     |
        | words in any case       | RECYCLED |           |         | 100% recycled boxes; 1000 recycled boxes                  |
        | a percent sign          | 100%     |           |         | 100% recycled boxes                                       |
        | an underscore           | x_l      |           |         | Box_lids for Jo's                                         |
        | an apostrophe           | Jo's     |           |         | Box_lids for Jo's                                         |
        | a status                |          | completed |         | 1000 recycled boxes                                       |
        | a detail                |          |           | spring  | 100% recycled boxes; 1000 recycled boxes; Box-lids for Jo |
        | words and a status      | recycled | active    |         | 100% recycled boxes                                       |
        | words and a detail      | lids     |           | spring  | Box-lids for Jo                                           |
        | a status and a detail   |          | archived  | spring  | Rail or road?                                             |
        | everything at once      | boxes    | completed | spring  | 1000 recycled boxes                                       |
        | something that is not there | boxes | archived  |         | nothing                                                   |

    @TL-19.2 @needs.search
    Scenario Outline: Searching for <text> in a title and in a message
      Given Ella has started a conversation with <text> as its title
      And she has started a conversation called "Boxes for spring"
      And she has written the text named "<text>" in "Boxes for spring"
      And she has started a conversation called "Rail or road?"
      When she searches for the words named "<text>", the status "" and the project ""
      Then Ella finds exactly, in any order:
        | title                            |
        | named "<text>"; Boxes for spring |

      Examples:
        | text                                |
        | composed accents                    |
        | decomposed accents                  |
        | right-to-left text                  |
        | joined emoji                        |
        | spaces at both ends                 |
        | quotes and backslashes              |
        | signs of a search                   |

    @TL-19.3 @needs.search
    Scenario Outline: A search for <text> is refused
      Given Ella has started a conversation called "Boxes for spring"
      When she tries to search for the words named "<text>", the status "" and the project ""
      Then it is refused, because the words are wrong

      Examples:
        | text                        |
        | the first half of an emoji  |
        | the second half of an emoji |
        | a NUL character             |

    @TL-19.11 @needs.metadata @needs.search @needs.status
    Scenario Outline: Searching for conversations that were started <when>
      Given Ella has started these conversations:
        | title           | status    | project |
        | Paper boxes     | active    | spring  |
        | Card boxes      | completed | spring  |
        | Lids and lining | active    | autumn  |
        | Glued boxes     | active    | spring  |
      When she searches for the words "<words>", the status "<status>" and the project "<project>", started <when>
      Then Ella finds exactly, in any order:
        | title   |
        | <found> |

      Examples:
        | when                                        | words | status    | project | found                                    |
        | after "Paper boxes"                         |       |           |         | Card boxes; Lids and lining; Glued boxes |
        | before "Lids and lining"                    |       |           |         | Paper boxes; Card boxes                  |
        | after "Paper boxes" and before "Glued boxes" |       |           |         | Card boxes; Lids and lining              |
        | before "Glued boxes"                        | boxes |           | spring  | Paper boxes; Card boxes                  |
        | after "Card boxes"                          |       | active    | spring  | Glued boxes                              |
        | after "Glued boxes"                         |       |           |         | nothing                                  |

    @TL-19.12 @needs.metadata @needs.search
    Scenario Outline: Searching for a detail that is <what>
      Given Ella has started a conversation called "Three quotes" with these details:
        | detail | kind   | value         |
        | quotes | number | 3             |
        | price  | number | 12.5          |
        | urgent | yes/no | yes           |
        | tags   | list   | spring, paper |
      And Ella has started a conversation called "Thirty quotes" with these details:
        | detail | kind   | value        |
        | quotes | number | 30           |
        | price  | number | 12.05        |
        | urgent | yes/no | no           |
        | tags   | list   | spring paper |
      When she searches for the details:
        | detail   | kind   | value   |
        | <detail> | <kind> | <value> |
      Then Ella finds exactly:
        | title   |
        | <found> |

      Examples:
        | what              | detail | kind   | value | found         |
        | a number          | quotes | number | 3     | Three quotes  |
        | a larger number   | quotes | number | 30    | Thirty quotes |
        | a broken number   | price  | number | 12.5  | Three quotes  |
        | a yes             | urgent | yes/no | yes   | Three quotes  |
        | a no              | urgent | yes/no | no    | Thirty quotes |
        | an item of a list | tags   | text   | paper | Three quotes  |
        | another number    | quotes | number | 300   | nothing       |

  Rule: Searching comes with the Early plan, and a refusal on the Free plan says so
    Value: customers who need to search learn in one sentence which plan lets them

    @TL-19.21 @needs.search @needs.plans
    Scenario: A refusal on the Free plan names the plan that can search
      Given Ella has signed in on the Early plan
      And Ella has started a conversation called "Boxes for spring"
      And Ella has searched for the words "spring", the status "" and the project ""
      And Fay has signed in on the Free plan
      When Fay tries to search for the words "spring", the status "" and the project ""
      Then it is refused, because the Free plan does not include it and the Early plan does
