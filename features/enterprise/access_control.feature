Feature: Who is let in
  Segment: Enterprise
  Goal: trust
  Impact: one door that was left open is found, and what lay behind it is read by whoever pays for it

  Rule: Nothing can be done with conversations without a pass that is good at this moment
    Value: a pass that was lost, forged or outlived opens nothing, and tells nobody what there is to steal

    @TL-20.1 @needs.details @needs.search @needs.runs @severity.blocker
    Scenario Outline: Everything is tried <how>
      Given Enid has signed in on the Enterprise plan
      And an agent has answered her in "Plans for the takeover"
      And she has done everything that can be done with another such conversation, and erased it
      When everything that can be done with "Plans for the takeover" is tried <how>
      Then each of these acts is refused, for nobody has signed in
      And no refusal tells whether there is such a conversation, or what is in it
      And nothing at all has changed

      Examples:
        | how                                       |
        | without signing in                        |
        | with a pass that is made up               |
        | with a pass that somebody else has signed |
        | with a pass that nobody has signed        |
        | with a pass that she has given back       |

      @needs.signing_key
      Examples:
        | how                          |
        | with a pass that has run out |

  Rule: A good pass opens what belongs to its owner, and nothing else
    Value: being a customer gives nobody a way to other customers

    @TL-20.2 @needs.details @needs.runs @severity.blocker
    Scenario: A customer of another company tries everything
      Given Enid has signed in on the Enterprise plan
      And an agent has answered her in "Plans for the takeover"
      And she has done everything that can be done with another such conversation, and erased it
      And Sam, a stranger, has signed in
      When Sam tries everything that can be done with "Plans for the takeover"
      Then each of these acts is refused, for there is no such thing
      And no refusal tells whether there is such a conversation, or what is in it
      And nothing at all has changed

    @TL-20.3 @needs.runs @needs.live @severity.critical
    Scenario: Only its owner can stop an agent at work
      Given Enid has signed in on the Enterprise plan
      And she has started a conversation called "Plans for the takeover"
      And the agent is at work on her question "Buy now?" in "Plans for the takeover"
      And she has stopped another agent
      And Sam, a stranger, has signed in
      When Sam, and then somebody who has not signed in, tries to stop it
      And the agent answers Enid
      Then neither of them can
      And "Plans for the takeover" has exactly these messages, and they are kept
        | message  |
        | Buy now? |
        | Too late |
