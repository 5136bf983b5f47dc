"""Commands that make the learnt tables of spec/. Run by hand; nothing imports them."""
