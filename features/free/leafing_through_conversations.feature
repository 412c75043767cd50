Feature: Leafing through conversations
  Segment: Free
  Goal: retention
  Impact: whoever cannot find an old conversation starts it again, and tells others that the product loses things

  Rule: Leafing through the list shows every conversation once, whatever is started meanwhile
    Value: nothing is missed, and nothing is read twice

    @TL-18.1 @severity.critical
    Scenario: Thirty conversations, seven at a time, while others are started
      Given Fay has signed in on the Free plan
      And she has started 30 conversations
      When she leafs through her conversations, 7 at a time, and starts another after every page
      Then she has seen each of the 30 once, the latest first

    @TL-18.2
    Scenario Outline: A page cannot be asked for by <problem>
      Given Fay has signed in on the Free plan
      And she has started 30 conversations
      And she has leafed through her conversations, 7 at a time
      When she asks for a page by <problem>
      Then she is told that the <part> is wrong
      And the answer gives nothing else away

      Examples:
        | problem                       | part     |
        | a bookmark that is made up    | bookmark |
        | a bookmark of somebody else   | bookmark |
        | a size of nothing             | size     |
        | a size that is far too large  | size     |
