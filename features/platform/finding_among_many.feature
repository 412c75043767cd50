Feature: Finding a conversation among many
  Segment: Every plan
  Goal: retention
  Impact: customers with the most conversations depend on the product most, and a list that becomes slower drives them away first

  Background:
    Given Mia has signed in on the Mid plan

  Rule: A page comes as quickly to a customer with a thousand conversations as to a new customer
    Value: the product stays as quick as on the first day

    @TL-21.1 @needs.paging @load @severity.critical
    Scenario: A thousand conversations beside ten
      Given Ella has signed in on the Early plan
      And she has started 10 conversations
      And Mia has started 1,000 conversations
      When Mia's pages of 10 are compared with Ella's, until it is clear whether they take more than 2 times as long
      Then Mia saw all 1,000 conversations once, the latest first
      And the first, the middle and the last page took at most 2 times as long as Ella's
      And the product looks through at most 20 conversations for each of these pages

  Rule: The product looks up the conversations of a page together, however long the page is
    Value: customers who prefer long pages do not wait for each line

    @TL-21.2 @needs.paging @needs.storage
    Scenario: A page ten times as long
      Given she has started 100 conversations
      When she opens a page of 10 and a page of 100
      Then the pages have 10 and 100 conversations
      And the product makes at most 2 times as many look-ups for the longer page
