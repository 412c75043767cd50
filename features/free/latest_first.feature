Feature: The latest conversation first
  Segment: Free
  Goal: retention
  Impact: customers continue what they find at the top of the list; what slips down is forgotten, and with it the product

  Rule: The conversation with the latest message is at the top
    Value: customers find their current work without searching for it

    Background:
      Given Fay has signed in on the Free plan
      And she has started these conversations:
        | title            |
        | Lids for spring  |
        | Boxes for spring |
        | Something else   |

    @TL-11.1 @severity.critical
    Scenario: A message moves its conversation to the top
      When she writes "Paper or card?" in "Lids for spring"
      Then Fay finds exactly:
        | title            |
        | Lids for spring  |
        | Something else   |
        | Boxes for spring |
      And "Lids for spring" has:
        | last activity | later than before |
      And "Something else" is unchanged

    @TL-11.2 @needs.runs @needs.live
    Scenario: An answer moves its conversation to the top
      Given the assistant thinks before it answers Fay with "Card, if it has to last"
      When she asks the agent "Paper or card?" in "Lids for spring"
      And she writes "Not now" in "Something else"
      And the assistant answers Fay
      Then Fay finds exactly:
        | title            |
        | Lids for spring  |
        | Something else   |
        | Boxes for spring |
      And "Lids for spring" has:
        | last activity | later than before |

    @TL-11.3
    Scenario: Reading leaves the order as it is
      Given she has written "Not now" in "Something else"
      And she has written "Paper or card?" in "Boxes for spring"
      When she opens "Something else"
      Then Fay finds exactly:
        | title            |
        | Boxes for spring |
        | Something else   |
        | Lids for spring  |
      And "Something else" is unchanged

  Rule: Messages keep their order, however quickly they follow each other
    Value: a conversation reads the way it was held

    @TL-11.4
    Scenario: Twelve messages within a second
      Given Fay has signed in on the Free plan
      And she has started these conversations:
        | title |
        | Glue  |
        | Boxes |
        | Twine |
        | Card  |
        | Lids  |
        | Foam  |
        | Tape  |
      When these are done one right after the other:
        | act                           |
        | Fay writes "One" in "Boxes"   |
        | Fay writes "Two" in "Tape"    |
        | Fay writes "Three" in "Glue"  |
        | Fay writes "Four" in "Card"   |
        | Fay writes "Five" in "Lids"   |
        | Fay writes "Six" in "Twine"   |
        | Fay writes "Seven" in "Foam"  |
        | Fay writes "Eight" in "Boxes" |
        | Fay writes "Nine" in "Lids"   |
        | Fay writes "Ten" in "Tape"    |
        | Fay writes "Eleven" in "Glue" |
        | Fay writes "Twelve" in "Card" |
      Then Fay finds exactly:
        | title |
        | Card  |
        | Glue  |
        | Tape  |
        | Lids  |
        | Boxes |
        | Foam  |
        | Twine |
      And "Boxes" has:
        | messages | One; Eight |
      And "Tape" has:
        | messages | Two; Ten |
      And "Lids" has:
        | messages | Five; Nine |
