mod problems;
