Feature: Erasing a conversation that others work in
  Segment: Every plan
  Goal: stability
  Impact: data that returns after it was erased costs the customer's trust

  Rule: An erased conversation stays erased, no matter who is still working in it
    Value: customers can erase at any moment, without first sending everybody home

    @TL-25.1 @needs.model @severity.critical
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

    @TL-25.2 @needs.status @needs.cancellation @needs.model @severity.critical
    Scenario: Agents are stopped while their conversations are archived and erased
      Given 10 customers of different companies have signed in on the Enterprise plan
      And each of them has started a conversation called "Our plans"
      And each of them has started a conversation called "Our talks"
      And the assistant thinks before it answers each of them with "Too late"
      And each of them has asked the agent "Anything new?" in "Our plans"
      And each of them has asked the agent "Anything new?" in "Our talks"
      When these are done at the same moment:
        | act                                                                                 |
        | each of them tries to stop the agent in "Our plans"                                 |
        | each of them tries to erase "Our plans"                                             |
        | each of them tries to stop the agent in "Our talks"                                 |
        | each of them tries to mark "Our talks" as archived, then tries to erase "Our talks" |
      And the assistant answers each of them
      Then no two of these acts blocked each other
      And the answers fit one order
      And each of them has exactly what they started
      And nothing about the erased conversations is left anywhere

    @TL-25.3 @needs.status @needs.model @severity.critical
    Scenario: Agents answer while their conversations are archived and erased
      Given 10 customers of different companies have signed in on the Enterprise plan
      And each of them has started a conversation called "Our plans"
      And each of them has started a conversation called "Our talks"
      And the assistant thinks before it answers each of them with "Just in time"
      And each of them has asked the agent "Anything new?" in "Our plans"
      And each of them has asked the agent "Anything new?" in "Our talks"
      When these are done at the same moment:
        | act                                                                                 |
        | each of them tries to erase "Our plans"                                             |
        | each of them gets the assistant's answer                                            |
        | each of them tries to mark "Our talks" as archived, then tries to erase "Our talks" |
      Then no two of these acts blocked each other
      And the answers fit one order
      And each of them has exactly what they started
      And nothing about the erased conversations is left anywhere
