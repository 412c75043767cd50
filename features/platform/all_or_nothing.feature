Feature: All or nothing
  Segment: Every plan
  Goal: stability
  Impact: half-made conversations look like duplicates and riddles to customers, and each one becomes a complaint

  Rule: A conversation that cannot be started whole is not started at all
    Value: after an error customers can simply repeat the step

    @TL-06.1 @needs.titles @needs.live @needs.outages @severity.critical
    Scenario: A failure half-way leaves nothing behind
      Given Mia has signed in on the Mid plan
      And her phone is open
      When the database refuses messages
      And Mia tries to start a conversation by asking "Which box suits us best?"
      And the database is back
      And she starts a conversation by asking "Which box suits us best?"
      Then it is refused, because the product failed
      And Mia has exactly what she started
      And her phone received exactly these events:
        | event                |
        | conversation started |
        | message added        |
