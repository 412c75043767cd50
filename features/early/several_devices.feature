Feature: Working on several devices
  Segment: Early
  Goal: retention
  Impact: a team that moves between desk and road all day relies on every device being up to date

  Background:
    Given Ella has signed in on the Early plan
    And her phone is open

  Rule: Every open device of a customer receives each event, no matter what happens to the other devices
    Value: customers can rely on the device at hand

    @TL-07.1 @needs.live @severity.critical
    Scenario: A new conversation appears on all open devices
      Given her laptop is open
      When she starts a conversation called "Boxes for spring"
      Then each of Ella's devices received exactly these events:
        | event                | of               |
        | conversation started | Boxes for spring |

    @TL-07.2 @needs.live
    Scenario: A device that is gone delays no other device
      Given her tablet is open
      And her laptop is open
      When her tablet is closed
      And her phone loses power
      And she starts a conversation called "Boxes for spring"
      Then her laptop received exactly these events:
        | event                | of               | within   |
        | conversation started | Boxes for spring | 1 second |
      And her tablet received nothing

    @TL-07.3 @needs.live
    Scenario: A device that was away catches up
      Given she has started a conversation called "Seen before leaving"
      When her phone loses power
      And she starts a conversation called "First while away"
      And she starts a conversation called "Second while away"
      And her phone comes back
      And she starts a conversation called "After coming back"
      Then her phone received exactly these events:
        | event                | of                  |
        | conversation started | Seen before leaving |
        | conversation started | First while away    |
        | conversation started | Second while away   |
        | conversation started | After coming back   |

    @TL-07.4 @needs.metadata @needs.status @needs.live @needs.cancellation @needs.model
    Scenario: A device that has never received anything catches up on everything
      Given the assistant thinks before it answers Ella with "Card"
      When her phone loses power
      And she starts a conversation called "Boxes for spring"
      And she writes "We need boxes" in "Boxes for spring"
      And she asks the agent "Paper or card?" in "Boxes for spring"
      And she stops the agent in "Boxes for spring"
      And she starts a conversation called "Something else"
      And she asks the agent "For the lids too?" in "Boxes for spring"
      And the assistant answers Ella
      And she changes the details of "Boxes for spring":
        | detail | kind | value |
        | due    | text | April |
      And the assistant is unavailable
      And she asks the agent "And the glue?" in "Boxes for spring"
      And she marks "Boxes for spring" as completed
      And her phone comes back
      Then her phone received exactly these events:
        | event                | of               | from   | to        |
        | conversation started | Boxes for spring |        |           |
        | message added        | Boxes for spring |        |           |
        | message added        | Boxes for spring |        |           |
        | agent started        | Boxes for spring |        |           |
        | agent stopped        | Boxes for spring |        |           |
        | conversation started | Something else   |        |           |
        | message added        | Boxes for spring |        |           |
        | agent started        | Boxes for spring |        |           |
        | message added        | Boxes for spring |        |           |
        | agent answered       | Boxes for spring |        |           |
        | conversation changed | Boxes for spring |        |           |
        | message added        | Boxes for spring |        |           |
        | agent started        | Boxes for spring |        |           |
        | agent failed         | Boxes for spring |        |           |
        | status changed       | Boxes for spring | active | completed |
