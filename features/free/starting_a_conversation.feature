Feature: Starting a conversation
  Segment: Free
  Goal: conversion
  Impact: customers who get an answer in their first minute come back, and only customers who come back buy a plan

  Background:
    Given Fay has signed in on the Free plan

  Rule: A conversation gets a short title that its owner will recognise
    Value: customers find a conversation again without having to name it

    @TL-01.1 @needs.titles @severity.critical
    Scenario: A first question becomes the title
      Given the assistant answers Fay with "Packaging costs, spring savings"
      When she starts a conversation by asking "How can we lower what we spend on boxes by April?"
      And she signs in again
      Then the conversation has:
        | title    | Packaging costs, spring savings                   |
        | messages | How can we lower what we spend on boxes by April? |
      And the assistant was asked exactly:
        | question                                          |
        | How can we lower what we spend on boxes by April? |

    @TL-01.2 @needs.titles
    Scenario: A long summary is cut to one short line
      Given the assistant answers Fay with:
        """
        Packaging costs in spring, and how eleven suppliers in three countries could lower them before the end of April
        The customer would also like to know what these suppliers say about paper, card, and boxes that are used twice
        """
      When she starts a conversation by asking "How can we lower what we spend on boxes by April?"
      And she signs in again
      Then the conversation has:
        | title begins | Packaging costs in spring, and how eleven |
        | title        | one line of at most 80 characters         |

    @TL-01.3 @needs.titles
    Scenario: The question gives the title while the assistant is unavailable
      Given the assistant is unavailable
      When she starts a conversation by asking "How can we lower what we spend on boxes by April, and what would our eleven suppliers in three countries say to that?"
      Then the conversation has:
        | title begins | How can we lower what we spend on boxes                                                                             |
        | title        | one line of at most 80 characters                                                                                   |
        | messages     | How can we lower what we spend on boxes by April, and what would our eleven suppliers in three countries say to that? |

  Rule: A title given by the customer stays
    Value: customers name a conversation once, and find it under that name

    @TL-01.11 @needs.titles @needs.renaming
    Scenario: A conversation is renamed while its title is being thought of
      Given the assistant thinks before it answers Fay with "Packaging costs, spring savings"
      When she starts a conversation by asking "Which box suits us best?"
      And she renames "Which box suits us best?" to "Boxes for spring"
      And the assistant answers Fay
      Then "Boxes for spring" has:
        | title    | Boxes for spring         |
        | messages | Which box suits us best? |
