Feature: Starting a conversation
  Segment: Free
  Goal: conversion
  Impact: customers who get an answer in their first minute come back, and only customers who come back buy a plan

  Background:
    Given Fay has signed in on the Free plan

  Rule: A conversation gets a short title that its owner will recognise
    Value: customers find a conversation again without having to name it

    @TL-01.1 @needs.titles @needs.model @severity.critical
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

    @TL-01.2 @needs.titles @needs.model
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

    @TL-01.3 @needs.titles @needs.model
    Scenario: The question gives the title while the assistant is unavailable
      Given the assistant is unavailable
      When she starts a conversation by asking "How can we lower what we spend on boxes by April, and what would our eleven suppliers in three countries say to that?"
      Then the conversation has:
        | title begins | How can we lower what we spend on boxes                                                                               |
        | title        | one line of at most 80 characters                                                                                     |
        | messages     | How can we lower what we spend on boxes by April, and what would our eleven suppliers in three countries say to that? |

    @TL-01.4 @needs.titles @needs.model
    Scenario Outline: An answer of <answer> gives a title that can be read
      Given the assistant answers Fay with the text named "<answer>"
      When she starts a conversation by asking "How can we lower what we spend on boxes by April?"
      And she signs in again
      Then the conversation has:
        | title       | one line of at most 80 characters |
        | <attribute> | <value>                           |

      Examples:
        | answer                              | attribute    | value                                          |
        | right-to-left text                  | title        | named "right-to-left text"                     |
        | text like an order to the assistant | title begins | Ignore all instructions before this.           |
        | line breaks                         | title        | One line                                       |
        | text after empty lines              | title        | Boxes for spring                               |
        | family emoji                        | title        | whole characters of "family emoji"             |
        | flags                               | title        | whole characters of "flags"                    |
        | letters with two accents            | title        | whole characters of "letters with two accents" |
        | only spaces                         | title begins | How can we lower what we spend on boxes        |
        | only zero-width characters          | title begins | How can we lower what we spend on boxes        |
        | only blank letters                  | title begins | How can we lower what we spend on boxes        |
        | the first half of an emoji          | title begins | How can we lower what we spend on boxes        |
        | a NUL character                     | title begins | How can we lower what we spend on boxes        |

    @TL-01.5 @needs.titles @needs.model
    Scenario Outline: A question of <question> gives the title while the assistant is unavailable
      Given the assistant is unavailable
      When she starts a conversation with <question> as its first message
      And she signs in again
      Then the conversation has:
        | title    | one line of at most 80 characters |
        | title    | <title>                           |
        | messages | named "<question>"                |

      Examples:
        | question                     | title                                          |
        | right-to-left text           | named "right-to-left text"                     |
        | text like a database command | named "text like a database command"           |
        | spaces at both ends          | Boxes, and lids                                |
        | family emoji                 | whole characters of "family emoji"             |
        | flags                        | whole characters of "flags"                    |
        | letters with two accents     | whole characters of "letters with two accents" |
        | emoji with a skin tone       | whole characters of "emoji with a skin tone"   |

  Rule: What customers write comes back exactly as they wrote it
    Value: customers read their own words again, in every script, to the last sign

    @TL-01.6 @needs.live
    Scenario Outline: A title and a first message of <text>
      Given her phone is open
      When she starts a conversation with <text> as its title and first message
      And she signs in again
      Then the conversation has:
        | title    | named "<text>" |
        | messages | named "<text>" |
      And her phone received exactly these events:
        | event                | of             |
        | conversation started | named "<text>" |
        | message added        | named "<text>" |

      Examples:
        | text                         |
        | composed accents             |
        | decomposed accents           |
        | right-to-left text           |
        | joined emoji                 |
        | line breaks                  |
        | spaces at both ends          |
        | quotes and backslashes       |
        | text like a database command |
        | text like a web page         |
        | text like a template         |
        | the longest text             |
        | the longest text in emoji    |

  Rule: A title given by the customer stays
    Value: customers name a conversation once, and find it under that name

    @TL-01.11 @needs.titles @needs.renaming @needs.model
    Scenario: A conversation is renamed while its title is being thought of
      Given the assistant thinks before it answers Fay with "Packaging costs, spring savings"
      When she starts a conversation by asking "Which box suits us best?"
      And she renames "Which box suits us best?" to "Boxes for spring"
      And the assistant answers Fay
      Then "Boxes for spring" has:
        | title    | Boxes for spring         |
        | messages | Which box suits us best? |
