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

  Rule: What the database cannot save leaves nothing behind, and can be repeated with the same key
    Value: programs can repeat a request that failed without a thought, and never make anything twice

    Background:
      Given Mia has signed in on the Mid plan
      And she has started a conversation called "Boxes for spring"
      And her phone is open

    @TL-06.2 @needs.keyed @needs.titles @needs.live @needs.outages @severity.critical
    Scenario Outline: A conversation is started while the database refuses <what>
      Given Mia's requests have the key "spring 1"
      And her laptop is open
      When the database refuses <what>
      And Mia tries to start a conversation by asking "Which box suits us best?"
      And the database is back
      And she starts a conversation by asking "Which box suits us best?"
      And she starts a conversation by asking "Which box suits us best?"
      Then it is refused, because the product failed
      And Mia has exactly what she started
      And each of Mia's devices received exactly these events:
        | event                |
        | conversation started |
        | message added        |

      Examples:
        | what          |
        | conversations |
        | messages      |
        | events        |
        | keys          |

    @TL-06.3 @needs.keyed @needs.live @needs.outages
    Scenario Outline: A message is written while the database refuses <what>
      Given Mia's requests have the key "spring 2"
      And her laptop is open
      When the database refuses <what>
      And Mia tries to write "Which box suits us best?" in "Boxes for spring"
      And the database is back
      And she writes "Which box suits us best?" in "Boxes for spring"
      And she writes "Which box suits us best?" in "Boxes for spring"
      Then it is refused, because the product failed
      And "Boxes for spring" has:
        | messages | Which box suits us best? |
      And each of Mia's devices received exactly these events:
        | event         | of               |
        | message added | Boxes for spring |

      Examples:
        | what          |
        | conversations |
        | messages      |
        | events        |
        | keys          |

    @TL-06.4 @needs.keyed @needs.live @needs.model @needs.outages
    Scenario Outline: An agent is asked while the database refuses <what>
      Given the assistant answers Mia with "The smallest one"
      And Mia's requests have the key "spring 3"
      And her laptop is open
      When the database refuses <what>
      And Mia tries to ask the agent "Which box suits us best?" in "Boxes for spring"
      And the database is back
      And she asks the agent "Which box suits us best?" in "Boxes for spring"
      And she asks the agent "Which box suits us best?" in "Boxes for spring"
      Then it is refused, because the product failed
      And "Boxes for spring" has:
        | messages | Which box suits us best?; The smallest one |
      And each of Mia's devices received exactly these events:
        | event          | of               |
        | message added  | Boxes for spring |
        | agent started  | Boxes for spring |
        | message added  | Boxes for spring |
        | agent answered | Boxes for spring |

      Examples:
        | what          |
        | conversations |
        | messages      |
        | runs          |
        | events        |
        | keys          |

    @TL-06.5 @needs.status @needs.live @needs.outages @policy.version.rises
    Scenario Outline: A change while the database refuses <what>
      Given Mia's laptop is open
      When the database refuses <what>
      And Mia tries to mark "Boxes for spring" as completed
      And the database is back
      And she marks "Boxes for spring" as completed
      Then it is refused, because the product failed
      And "Boxes for spring" has:
        | status  | completed             |
        | version | one later than before |
      And each of Mia's devices received exactly these events:
        | event          | of               | from   | to        |
        | status changed | Boxes for spring | active | completed |

      Examples:
        | what          |
        | conversations |
        | events        |
