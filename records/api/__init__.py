"""The bases of all API resources: one error shape, paging, links, versions, the same services as the pages."""
