Feature: Erasing a conversation that others work in
  Segment: Every plan
  Goal: stability
  Impact: data that returns after it was erased costs the customer's trust

  Rule: An erased conversation stays erased, no matter who is still working in it
    Value: customers can erase at any moment, without first sending everybody home

    @TL-25.1 @needs.runs @needs.live @severity.critical
    Scenario: Ten devices at work while conversations are erased
      Given Enid has signed in on the Enterprise plan
      And she has started these conversations:
        | title          |
        | Sandpipe       |
        | Millbrook      |
        | Something else |
      And the assistant thinks before it answers Enid with "Too late"
      When these are done at the same moment:
        | moment        | times | act                                                                                                                                                                                            |
        | 1             | 5     | Enid tries to open "Sandpipe", then tries to write "Still at it" in "Sandpipe", then tries to ask the agent "Anything new?" in "Sandpipe", then tries to write "Still at it" in "Sandpipe"     |
        | 1             | 5     | Enid tries to ask the agent "Anything new?" in "Sandpipe", then tries to open "Sandpipe", then tries to write "Still at it" in "Sandpipe", then tries to open "Sandpipe"                       |
        | 1             | 5     | Enid tries to open "Millbrook", then tries to write "Still at it" in "Millbrook", then tries to ask the agent "Anything new?" in "Millbrook", then tries to write "Still at it" in "Millbrook" |
        | 1             | 5     | Enid tries to ask the agent "Anything new?" in "Millbrook", then tries to open "Millbrook", then tries to write "Still at it" in "Millbrook", then tries to open "Millbrook"                   |
        | in the middle | 1     | Enid erases "Sandpipe"                                                                                                                                                                         |
        | in the middle | 1     | Enid erases "Millbrook"                                                                                                                                                                        |
        | 2             | 5     | Enid tries to open "Sandpipe", then tries to write "Still at it" in "Sandpipe", then tries to ask the agent "Anything new?" in "Sandpipe"                                                      |
        | 2             | 5     | Enid tries to open "Millbrook", then tries to write "Still at it" in "Millbrook", then tries to ask the agent "Anything new?" in "Millbrook"                                                   |
      And the assistant answers Enid
      And Enid asks the agent "Is everybody done?" in "Something else"
      Then the answers fit one order
      And Enid cannot find or open any of the erased conversations
      And nothing about the erased conversations is left anywhere
