"""The addresses of the operators' pages."""

from django.urls import path

from web.ops import books, charges, desk, evidence, screening

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("money", books.books, name="ops_money"),
    path("charges", charges.charges, name="ops_charges"),
    path("bounties/<str:bounty_id>", screening.bounty, name="screened_bounty"),
    path("submissions/<str:submission_id>", evidence.submission, name="evidence"),
    path("submissions/<str:submission_id>/review", evidence.review, name="review_as_operator"),
    path("submissions/<str:submission_id>/rule", evidence.rule, name="rule"),
    path("submissions/<str:submission_id>/ask", evidence.ask, name="ask_both_sides"),
    path("submissions/<str:submission_id>/pictures/<int:number>", evidence.picture, name="evidence_picture"),
]
