Feature: Ownership
  Segment: Enterprise
  Goal: trust
  Impact: a conversation that can be put under another name, or taken from it, is worth nothing in a dispute

  Rule: Whoever is signed in owns what they start, whatever the request says
    Value: the name under a conversation can be believed

    @TL-12.1 @severity.blocker
    Scenario Outline: Naming somebody else as the owner in <place>
      Given Enid has signed in on the Enterprise plan
      And Enid has started a conversation called "Plans for the takeover"
      And Sam, a stranger, has signed in
      And Sam has started a conversation called "My own affairs"
      When Sam tries to start a conversation, naming Enid as its owner in <place>
      Then Enid has exactly her own conversations
      And whatever was started is kept as Sam's

      Examples:
        | place       |
        | the request |
        | the address |
        | the heading |

    @TL-12.2 @severity.blocker
    Scenario: Changing a conversation of somebody else
      Given Enid has signed in on the Enterprise plan
      And Enid has started a conversation called "Plans for the takeover"
      And Sam, a stranger, has signed in
      And Sam has started a conversation called "My own affairs"
      And Sam has marked "My own affairs" as completed
      When Sam tries to mark "Plans for the takeover" of Enid as archived
      Then he is told that there is no such thing
      And Enid has exactly her own conversations
