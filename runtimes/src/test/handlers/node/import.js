require('surely-not-there');
