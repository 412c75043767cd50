Feature: Finding a conversation among many
  Segment: Every plan
  Goal: retention
  Impact: those who have most conversations rely on the product most, and a list that gets slower drives them away first

  Background:
    Given Mia has signed in on the Mid plan

  Rule: A page comes as quickly to somebody with a thousand conversations as to a newcomer
    Value: the product stays as quick as on the first day, however much is kept in it

    @TL-21.1 @load @severity.critical
    Scenario: A thousand conversations beside ten
      Given Ella has signed in on the Early plan
      And she has started 10 conversations
      And Mia has collected 1,000 conversations over the years
      When she leafs through them, 10 at a time, until it is clear whether her pages take more than 2 times as long as Ella's only page
      Then she has seen each of the 1,000 once, the latest first
      And neither the first page, nor the middle, nor the last took more than 2 times as long
      And the product goes through at most 20 conversations for each of these pages

  Rule: What is on a page is looked up in one go, however long the page is
    Value: whoever prefers long pages does not wait for every line of them

    @TL-21.2
    Scenario: A page ten times as long
      Given she has started 100 conversations
      When she opens a page of 10 and a page of 100
      Then 10 conversations come on the one page, and 100 on the other
      And the product looks things up at most 2 times as often for the longer page
