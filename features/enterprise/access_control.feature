Feature: Access control
  Segment: Enterprise
  Goal: trust
  Impact: one open door is found, and the company behind it pays for it

  Background:
    Given Enid has signed in on the Enterprise plan
    And she has started these conversations:
      | title                  | project  |
      | Plans for the takeover | Sandpipe |
      | Nothing of note        | None     |

  Rule: Nothing can be done with conversations without a session that is valid at this moment
    Value: a session that was lost, forged or ended opens nothing, and tells nobody what there is to steal

    @TL-20.1 @needs.metadata @needs.access @severity.blocker
    Scenario Outline: Every act is tried <how>
      Given Enid has asked the agent "What do we offer Sandpipe for their mill?" in "Plans for the takeover"
      And she has done every act on "Nothing of note"
      When every act on "Plans for the takeover" is tried <how>
      Then each of these is refused, because nobody has signed in

      Examples:
        | how                                    |
        | without signing in                     |
        | with a session that is made up         |
        | with a session signed by somebody else |
        | with an unsigned session               |
        | with a session that has expired        |
        | with a session for another product     |

      @needs.revocation
      Examples:
        | how                           |
        | with a session that has ended |

    @TL-20.11 @needs.metadata @needs.live @needs.revocation @severity.critical
    Scenario: A device is disconnected as its session ends
      Given Enid's phone is open
      When she signs out
      Then her phone is disconnected
      And Enid's phone received exactly these events:
        | event         |
        | session ended |

    @TL-20.12 @needs.metadata @needs.live @needs.revocation
    Scenario: The devices of another session stay connected
      Given Enid has signed in again
      And her laptop is open
      And Enid has signed in again
      And her phone is open
      When she signs out
      And she signs in again
      And she starts a conversation called "Still at work"
      Then her phone is disconnected
      And her laptop received exactly these events:
        | event                |
        | session ended        |
        | conversation started |

    @TL-20.5 @needs.metadata @severity.blocker
    Scenario: A wrong password opens no session
      Given Enid has signed in again
      When she tries to sign in with a wrong password
      Then it is refused, because nobody has signed in

  Rule: A valid session opens the conversations of its owner and no others
    Value: being a customer is no way to other customers

    @TL-20.2 @needs.metadata @needs.access @severity.blocker
    Scenario: A customer of another company tries every act
      Given Enid has asked the agent "What do we offer Sandpipe for their mill?" in "Plans for the takeover"
      And she has done every act on "Nothing of note"
      And Sam, a stranger, has signed in
      When Sam tries every act on "Plans for the takeover"
      Then each of these is refused, because there is no such conversation

    @TL-20.4 @needs.metadata @needs.access @severity.blocker
    Scenario: A colleague tries every act
      Given Enid has asked the agent "What do we offer Sandpipe for their mill?" in "Plans for the takeover"
      And she has done every act on "Nothing of note"
      And Carl, a colleague of Enid's, has signed in
      When Carl tries every act on "Plans for the takeover"
      Then each of these is refused, because there is no such conversation

    @TL-20.3 @needs.metadata @needs.model @needs.cancellation @severity.critical
    Scenario Outline: <who> cannot stop an agent at work for its owner
      Given the assistant thinks before it answers Enid with "Too late"
      And Enid has asked the agent "Anything new?" in "Nothing of note"
      And Enid has stopped the agent in "Nothing of note"
      And Enid has asked the agent "Buy now?" in "Plans for the takeover"
      And Sam, a stranger, has signed in
      When <who> tries to stop the agent in Enid's "Plans for the takeover"
      And the assistant answers Enid
      Then it is refused, because <reason>
      And "Plans for the takeover" has:
        | messages | Buy now?; Too late |

      Examples:
        | who      | reason                        |
        | Sam      | there is no such conversation |
        | Somebody | nobody has signed in          |
