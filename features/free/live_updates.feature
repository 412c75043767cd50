Feature: Seeing what happens as it happens
  Segment: Free
  Goal: retention
  Impact: people who must reload a page to see their own work leave for a product where they need not

  Rule: A new conversation shows on its owner's open devices at once, and on nobody else's
    Value: what the screen shows can be believed without reloading, and concerns nobody else

    @TL-03.1 @needs.live @severity.critical
    Scenario: A new conversation appears on its owner's open phone
      Given Fay has signed in on the Free plan
      And her phone is open and shows whatever is announced
      And Sam, a stranger, has signed in
      And Sam's laptop is open
      When Fay starts a conversation called "Boxes for spring"
      Then her phone announces "Boxes for spring" exactly once
      And her phone could show it the moment it was announced
      And Sam's laptop has announced nothing

    @TL-03.2 @needs.live @severity.blocker
    Scenario: Posing as somebody else shows nothing of theirs
      Given Fay has signed in on the Free plan
      And Sam, a stranger, has signed in
      And Sam's laptop is open, posing as Fay
      When Sam starts a conversation called "My own affairs"
      And Fay starts a conversation called "Boxes for spring"
      Then Sam's laptop announces "My own affairs" exactly once
      And Sam's laptop announces nothing else
