Feature: Working on several devices
  Segment: Early
  Goal: retention
  Impact: a team that moves between desk and road all day counts on every device being up to date

  Rule: Every open device of a customer is told, whatever becomes of the others
    Value: whichever device is at hand can be relied on

    @TL-07.1 @needs.live @severity.critical
    Scenario: A new conversation appears on all open devices
      Given Ella has signed in on the Early plan
      And her phone is open
      And her laptop is open
      When she starts a conversation called "Boxes for spring"
      Then her phone announces "Boxes for spring" exactly once
      And her laptop announces "Boxes for spring" exactly once

    @TL-07.2 @needs.live
    Scenario: A device that has gone holds up nobody
      Given Ella has signed in on the Early plan
      And her phone is open
      And her tablet is open
      And her laptop is open
      When her tablet is closed
      And her phone loses power
      And she starts a conversation called "Boxes for spring"
      Then her laptop announces "Boxes for spring" within 1 second
      And her tablet has announced nothing

    @TL-07.3 @needs.live
    Scenario: A device that was away catches up
      Given Ella has signed in on the Early plan
      And her phone is open
      And she has started a conversation called "Seen before leaving"
      And her phone has shown "Seen before leaving"
      When her phone loses power
      And she starts a conversation called "First while away"
      And she starts a conversation called "Second while away"
      And her phone comes back
      And she starts a conversation called "After coming back"
      Then her phone has announced exactly these conversations in this order
        | conversation        |
        | Seen before leaving |
        | First while away    |
        | Second while away   |
        | After coming back   |
