"""What is done to accounts. Pages, commands and the API call these and write nothing by themselves."""
