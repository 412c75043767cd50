Feature: Searching conversations
  Segment: Early
  Goal: expansion
  Impact: an archive that can be searched is why a team stays after the first hundred conversations

  Rule: A search finds what was asked for, taken literally, among one's own conversations alone
    Value: what was once written is found again in seconds

    Background:
      Given Ella has signed in on the Early plan
      And Sam, a stranger, has started a conversation called "100% recycled boxes"
      And Ella has started these conversations
        | title               | status    | project |
        | 100% recycled boxes | active    | spring  |
        | 1000 recycled boxes | completed | spring  |
        | Box_lids for Jo's   | active    | autumn  |
        | Box-lids for Jo     | active    | spring  |
        | Rail or road?       | archived  | spring  |

    @TL-19.1 @needs.search @severity.critical
    Scenario Outline: Looking for <what>
      When she searches for the words "<words>", the mark "<mark>" and the project "<project>"
      Then she finds exactly these: <found>

      Examples:
        | what                        | words    | mark      | project | found                                                      |
        | words in any case           | RECYCLED |           |         | 100% recycled boxes; 1000 recycled boxes                   |
        | a percent sign              | 100%     |           |         | 100% recycled boxes                                        |
        | an underline                | x_l      |           |         | Box_lids for Jo's                                          |
        | an apostrophe               | Jo's     |           |         | Box_lids for Jo's                                          |
        | a mark                      |          | completed |         | 1000 recycled boxes                                        |
        | a detail                    |          |           | spring  | 100% recycled boxes; 1000 recycled boxes; Box-lids for Jo  |
        | words and a mark            | recycled | active    |         | 100% recycled boxes                                        |
        | words and a detail          | lids     |           | spring  | Box-lids for Jo                                            |
        | a mark and a detail         |          | archived  | spring  | Rail or road?                                              |
        | everything at once          | boxes    | completed | spring  | 1000 recycled boxes                                        |
        | what is not there           | boxes    | archived  |         | nothing                                                    |
