from cases import surely_not_there
