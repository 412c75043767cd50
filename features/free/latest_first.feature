Feature: The latest conversation first
  Segment: Free
  Goal: retention
  Impact: people go on with what they find at the top; what has slipped down the list is forgotten

  Rule: The conversation in which something was said last is at the top
    Value: what is going on is at hand without looking for it

    @TL-11.1 @severity.critical
    Scenario: A message brings its conversation to the top
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      When she writes "Paper or card?" in "Boxes for spring"
      Then her conversations come in this order: Boxes for spring; Something else
      And its last activity has moved forward, and is kept so

    @TL-11.2 @needs.runs @needs.live
    Scenario: An agent's answer brings its conversation to the top
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      And the agent takes its time before it answers her with "Card, if it has to last"
      When she asks the agent "Paper or card?" in "Boxes for spring"
      And she writes "Not now" in "Something else"
      And the agent answers her
      Then her conversations come in this order: Boxes for spring; Something else
      And its last activity has moved forward, and is kept so

    @TL-11.3
    Scenario: Reading leaves the order as it is
      Given Fay has signed in on the Free plan
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      And she has written "Paper or card?" in "Boxes for spring"
      And she has written "Not now" in "Something else"
      When she opens "Boxes for spring" and reads what was said in it
      Then her conversations come in this order: Something else; Boxes for spring
      And its last activity is as it was, and is kept so

    @TL-11.4
    Scenario: Many messages within a second keep their order
      Given Fay has signed in on the Free plan
      And she has started 10 conversations
      When she writes 20 messages in them, in turn and one right after the other
      Then they are listed in the order in which she wrote in them last, the latest first
      And each of them has its messages in the order in which she wrote them
