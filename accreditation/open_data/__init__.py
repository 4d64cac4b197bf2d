"""Open data: the public lists as JSON, csv and xlsx at stable addresses, their OpenAPI document, and a feed of notices.

Everything comes from accreditation.public (and public_rules): what is not public cannot get in here. `columns` says
what a row has, once for the three formats and for the document; `asked` reads the query; `lists` and `things` say
which rows there are; `answers` writes them; `stamps` tells when they last changed.

The promise of /api/v1/: columns, lists and parameters are only added. Nothing is renamed, taken away or given another
meaning; what has to be otherwise becomes /api/v2/, and v1 stays for at least twelve months beside it.
"""
