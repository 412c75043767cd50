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

    @TL-07.11 @needs.live
    Scenario: A device that asks for what it missed once it is connected
      Given she has started a conversation called "Seen before leaving"
      When her phone loses power
      And she starts a conversation called "First while away"
      And she starts a conversation called "Second while away"
      And her phone comes back and then asks for what it missed
      And she starts a conversation called "After coming back"
      Then her phone received exactly these events:
        | event                | of                  |
        | conversation started | Seen before leaving |
        | conversation started | First while away    |
        | conversation started | Second while away   |
        | conversation started | After coming back   |

    @TL-07.12 @needs.live @needs.renaming @needs.status @severity.critical
    Scenario: A device goes on from any event
      Given she has started a conversation called "Boxes for spring"
      When she writes "Paper or card?" in "Boxes for spring"
      And she renames "Boxes for spring" to "Boxes for summer"
      And she marks "Boxes for summer" as completed
      And she writes "Card" in "Boxes for summer"
      Then her phone received exactly these events:
        | event                |
        | conversation started |
        | message added        |
        | conversation changed |
        | status changed       |
        | message added        |
      And her phone can catch up from each event

  Rule: A browser is a device like any other
    Value: customers see the same on a page as in an app

    @TL-07.13 @needs.live
    Scenario: A browser beside a phone
      Given her laptop is open in a browser
      When she starts a conversation called "Boxes for spring"
      Then each of Ella's devices received exactly these events:
        | event                | of               |
        | conversation started | Boxes for spring |

  Rule: A device that follows a conversation receives its events and no others
    Value: a screen that shows one conversation is not kept busy by the others

    @TL-07.14 @needs.live @needs.subscriptions
    Scenario: A phone that follows one conversation for a while
      Given her laptop is open
      And she has started a conversation called "Boxes for spring"
      And she has started a conversation called "Something else"
      When her phone follows "Boxes for spring"
      And she writes "Not now" in "Something else"
      And she writes "Paper or card?" in "Boxes for spring"
      And her phone no longer follows "Boxes for spring"
      And she writes "Now" in "Something else"
      Then her phone received exactly these events:
        | event                | of               |
        | conversation started | Boxes for spring |
        | conversation started | Something else   |
        | message added        | Boxes for spring |
        | message added        | Something else   |
      And her laptop received these events last:
        | event         | of               |
        | message added | Something else   |
        | message added | Boxes for spring |
        | message added | Something else   |
